. ./prepare.sh
git bisect start v1.2.0 v1.1.0
git bisect run sh ../check.sh
git show -s --format=%s refs/bisect/bad > ../culprit.txt
git bisect reset
git switch -q -c release-1.2 v1.2.0
git cherry-pick main~1
git tag v1.2.1
