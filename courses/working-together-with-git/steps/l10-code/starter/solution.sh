. ./prepare.sh
git ls-files
