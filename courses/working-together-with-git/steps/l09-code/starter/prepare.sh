# Makes hub.git and goes into "mine", where you are on your branch "sundays".
export GIT_EDITOR=true GIT_SEQUENCE_EDITOR=true
note() {
    git add .
    GIT_AUTHOR_DATE="$1T10:00:00+08:00" GIT_COMMITTER_DATE="$1T10:00:00+08:00" git commit -q -m "$2"
}
git init -q --bare hub.git
git init -q zhou
cd zhou
git config user.name Zhou
printf 'saturday 9-17\n' > hours.txt
printf 'tea 3\n' > prices.txt
note 2026-01-05 "Write down hours and prices"
git remote add origin ../hub.git
git push -q -u origin main
cd ..
git clone -q hub.git mine
cd mine
git switch -q -c sundays
printf 'saturday 9-17\nsunday 10-18\n' > hours.txt
note 2026-01-12 "Open on Sundays"
printf 'sunday: see the rota\n' > staff.txt
note 2026-01-13 "Say who is there on Sundays"
printf 'saturday 9-17\nsunday 10-16\n' > hours.txt
note 2026-01-14 "fixup! Open on Sundays"
git push -q -u origin sundays
cd ../zhou
printf 'tea 2\n' > prices.txt
note 2026-01-14 "Make tea cheaper"
git push -q
cd ../mine
