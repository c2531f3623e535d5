"""What every room stands on: errors, diagnoses, imaging, seeds, files and the home folder."""
