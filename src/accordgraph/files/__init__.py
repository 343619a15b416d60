"""Files and folders: finding those of a project, and writing one whole or not at all.

The path of a folder enters; the files that count leave, and what was passed over. The content of a file
enters, and leaves under its name when all of it is on the disk.
"""
