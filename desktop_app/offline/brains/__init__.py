"""What thinks: a brain turns a conversation into text and calls, and knows no wire protocol."""
