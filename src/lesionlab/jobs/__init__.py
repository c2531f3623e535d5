"""A durable queue of trainings: submit, look, stop, resume; and the worker that carries them out."""
