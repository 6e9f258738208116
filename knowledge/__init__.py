"""What we know, and how a question finds it: entries, the danger screen and the matcher."""
