"""Organizations and their scope: every other table hangs from one."""
