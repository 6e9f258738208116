"""The console's pages of the knowledge base, and entries as an Excel file."""
