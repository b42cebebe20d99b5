"""Supervision (督导督办): deadlines of sheets, resolutions and procedures, chased by stages."""
