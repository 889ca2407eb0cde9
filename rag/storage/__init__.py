"""Chats and alerts on disk."""
