"""How well does the shelf find passages, compared with others on the same files and questions?"""
