"""How well does the shelf find passages, beside others on the same files and questions?"""
