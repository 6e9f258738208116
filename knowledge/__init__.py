"""What we know, and how a question finds it: reviewed entries, the danger screen and the matcher."""
