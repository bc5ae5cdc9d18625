# Makes hub.git, which you share, and goes into "mine", your copy of it.
note() {
    git add .
    GIT_AUTHOR_DATE="$1T10:00:00+08:00" GIT_COMMITTER_DATE="$1T10:00:00+08:00" git commit -q -m "$2"
}
git init -q --bare hub.git
git init -q zhou
cd zhou
git config user.name Zhou
printf 'saturday 9-17\n' > hours.txt
note 2026-01-05 "Say when we are open"
git remote add origin ../hub.git
git push -q -u origin main
cd ..
git clone -q hub.git mine
cd zhou
printf 'saturday 9-17\nsunday 10-16\n' > hours.txt
note 2026-01-12 "Open on Sundays"
printf 'closed in august\n' > closed.txt
note 2026-01-13 "Say when we are closed"
git push -q
cd ../mine
printf 'tea 2\nsoup 8\n' > prices.txt
note 2026-01-14 "Write down prices"
