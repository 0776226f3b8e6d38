"""What commands run and move: shells, tools, launches, images."""
