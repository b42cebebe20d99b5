"""Half-monthly dispatch (半月调度): progress, problems and next steps, frozen, reviewed, issued, compared."""
