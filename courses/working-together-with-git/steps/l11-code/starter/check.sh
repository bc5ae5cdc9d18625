# Succeeds when the late fee is right. Run it inside of club: sh ../check.sh
grep -qx 'late fee 1 a day' rules.txt
