"""Filing (报备) a frozen snapshot with the city, and answering one."""
