# case, casec, casel, goto: hits, edges of ranges, the rest, an open end.
globals {60w+100} pointers {22w}, {23w}, {25w}, {26w}, {28w}, {29w}
	word {8w}: 2, 1, 3, one, 10, 11, ten, rest          # [1,3), [10,11)
	word {16w}: 3, g0, g1, g2                             # goto: its operand is behind the count
	word {21w}: 3                                         # casec
	string {22w}: "apple"
	word {24w}: c1
	string {25w}: "kiwi"
	string {26w}: "lemon"
	word {27w}: c2
	string {28w}: "pear"
	word {30w}: c3, c4
	word {34w}: 1                                         # casel: the count takes two words
	big {36w}: -9000000000, 9000000000
	word {36w+16}: inside
	word {38w+16}: outside
	word {44w+16}: 1, 5, 6, five, -1                      # nothing for the rest
	big {52w+16}: 8999999999, 9000000000
main {20w} pointers {12w}, {13w}
handlers
handler {13w}, open, opened, -, 0
	otherwise caught
init:
	begin
	movw $-1, {10w}(fp)
next:
	addw $1, {10w}(fp)
	bgtw {10w}(fp), $11, words
	case {10w}(fp), {8w}(mp)
one:
	say w $1
	jmp next
ten:
	say w $10
	jmp next
rest:
	say w $0
	jmp next
words:
	movw $2, {10w}(fp)
	goto {10w}(fp), {17w}(mp)
g0:
	note "zero"
	jmp strings
g1:
	note "one"
	movw $0, {10w}(fp)
	goto {10w}(fp), {17w}(mp)
g2:
	note "two"
	movw $1, {10w}(fp)
	goto {10w}(fp), {17w}(mp)
strings:
	movw $0, {10w}(fp)
	movp {22w}(mp), {12w}(fp)
	jmp look
c1:
	note "apple"
	insc $98, $0, {12w}(fp)
	jmp look
c2:
	note "kiwi to lemon"
	movp {28w}(mp), {12w}(fp)
	jmp look
c3:
	note "pear"
	movp {13w}(fp), {12w}(fp)
	jmp look
c4:
	note "none of these"
	addw $1, {10w}(fp)
	bgtw {10w}(fp), $1, bigs
	movp {26w}(mp), {12w}(fp)
look:
	casec {12w}(fp), {21w}(mp)
bigs:
	casel {52w+16}(mp), {34w}(mp)
inside:
	note "inside"
	casel {52w+24}(mp), {34w}(mp)
outside:
	note "outside"
open:
	case {10w}(fp), {44w+16}(mp)
five:
	note "five"
opened:
	ret
caught:
	say s {13w}(fp)
	ret
