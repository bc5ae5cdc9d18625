. ./prepare.sh
git log --format=%s -- settings.env > ../leak.txt
git rm -r -q --cached build settings.env
printf 'build/\n*.log\nsettings.env\n' > .gitignore
printf 'TOKEN=\n' > settings.example.env
git add .
git commit -q -m "Keep settings and generated pages out"
