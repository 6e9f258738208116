"""Laws: which version is in force on a day, what its articles say, and what of them was read."""
