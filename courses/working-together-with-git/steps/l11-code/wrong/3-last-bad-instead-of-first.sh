. ./prepare.sh
git switch -q -c release-1.2 v1.2.0
sh ../check.sh || git log -1 --format=%s > ../culprit.txt
git cherry-pick -x main~1
git tag -a v1.2.1 -m "Correct the late fee"
