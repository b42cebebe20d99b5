"""The web shell: design system, navigation, charts (界面)."""
