"""The work calendar as an office runs it (工作日历): notices entered, previewed, applied, vouched for."""
