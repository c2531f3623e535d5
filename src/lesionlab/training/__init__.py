"""Train the generator and the classifier: one drive, two trainees with the same step names; needs torch."""
