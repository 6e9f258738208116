"""What we do when something happens: reception, desk and courier, all of it true without WeChat."""
