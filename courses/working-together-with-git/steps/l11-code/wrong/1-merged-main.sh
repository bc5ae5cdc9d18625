. ./prepare.sh
git bisect start v1.2.0 v1.1.0
git bisect run sh ../check.sh
git show -s --format=%s refs/bisect/bad > ../culprit.txt
git bisect reset
git switch -q -c release-1.2 v1.2.0
git merge -q --no-edit main
git tag -a v1.2.1 -m "Correct the late fee"
