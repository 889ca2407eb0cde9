"""Pipeline: bring the shelf and Chroma in line with the seeds folder, one event for each step."""
