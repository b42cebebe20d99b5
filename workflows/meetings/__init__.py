"""Meetings (会商会、专题协调会): what is stuck goes on the agenda, six steps each, resolutions become sheets."""
