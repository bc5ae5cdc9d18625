git init -q club
