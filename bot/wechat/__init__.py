"""The WeChat side: bytes to Message, Reply to XML, and the platform's API."""
