. ./prepare.sh
git merge holidays
git commit -q -a --no-edit
