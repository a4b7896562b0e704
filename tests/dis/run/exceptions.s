# Exceptions: by name, by the beginning of a name, through functions and modules, with types, with what is released.
globals {1w} pointers {8w}
	string {8w}: "fail:mine"
main {24w} pointers {12w}, {13w}, {14w}, {16w}
type worker {12w} pointers {8w}
type typed {2w} pointers 0
type released {14w} pointers {13w}
handlers
handler {12w}, first, first_end, -, 0
	catch "zero divide", divided
handler {12w}, second, second_end, -, 0
	catch "other", other
	catch "fail:*", failed
handler {12w}, third, third_end, released, 0
	otherwise rest
handler {12w}, fourth, fourth_end, -, 1
	catch "fail:mine", with_type
	catch "fail:mine", by_name
handler {12w}, fifth, fifth_end, -, 1
	catch "fail:mine", with_type
	catch "fail:mine", by_name
handler {12w}, sixth, sixth_end, -, 0
	catch "type*", other
	otherwise after_nil
init:
	begin
	movw $0, {10w}(fp)
first:
	divw {10w}(fp), $1, {11w}(fp)
first_end:
	note "not here"
divided:
	say s {12w}(fp)
second:
	raise {8w}(mp)
second_end:
	note "not here"
failed:
	say s {12w}(fp)
	movp {8w}(mp), {13w}(fp)
third:
	frame worker, {10w}(fp)
	movp {1w}(mp), {8w}({10w}(fp))
	frame worker, {11w}(fp)
	call {11w}(fp), raises
third_end:
	note "not here"
rest:
	say s {12w}(fp)
	lenc {13w}(fp), {10w}(fp)
	say w {10w}(fp)
	new typed, {14w}(fp)
	movp {8w}(mp), 0({14w}(fp))
	movw $5, {1w}({14w}(fp))
fourth:
	raise {14w}(fp)
fourth_end:
	note "not here"
with_type:
	say w {1w}({12w}(fp))
	movp {16w}(fp), {12w}(fp)
fifth:
	frame worker, {10w}(fp)
	movp {14w}(fp), {8w}({10w}(fp))
	call {10w}(fp), passes
fifth_end:
	note "not here"
by_name:
	say s {12w}(fp)
sixth:
	raise {16w}(fp)
sixth_end:
other:
	note "not here"
after_nil:
	say s {12w}(fp)
	ret
raises:
	frame worker, {10w}(fp)
	call {10w}(fp), deeper
	ret
deeper:
	modw $0, $1, {10w}(fp)
	ret
passes:
	raise {8w}(fp)
