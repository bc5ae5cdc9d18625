# Makes hub.git and goes into "mine", your copy. Zhou's branch "soup" waits for your review.
export GIT_EDITOR=true GIT_SEQUENCE_EDITOR=true
note() {
    git add .
    GIT_AUTHOR_DATE="$1T10:00:00+08:00" GIT_COMMITTER_DATE="$1T10:00:00+08:00" git commit -q -m "$2"
}
git init -q --bare hub.git
git init -q zhou
cd zhou
git config user.name Zhou
printf '2 books at most\ntwo weeks each\n' > rules.txt
printf 'tea 2\n' > prices.txt
note 2026-01-05 "Write down rules and prices"
git remote add origin ../hub.git
git push -q -u origin main
cd ..
git clone -q hub.git mine
cd zhou
git switch -q -c soup
printf 'tea 2\nsoup 8\n' > prices.txt
printf '2 books at most, keep soup away from them\ntwo weeks each\n' > rules.txt
note 2026-01-12 "Sell soup"
printf 'TOKEN=not-a-real-one\n' > settings.env
note 2026-01-13 "Add my settings"
git push -q -u origin soup
cd ../mine
printf '3 books at most\ntwo weeks each\n' > rules.txt
note 2026-01-14 "Raise the limit to three"
git push -q
