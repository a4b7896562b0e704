# A group is ended by one of it, which goes on: nobody waits for those that sleep.
globals {1w} pointers {8w}
	string {8w}: "killgrp"
main {30w} pointers {14w}, {15w}, {16w}, {17w}
type other {20w} pointers {14w}
imports
import
	use print, 0xac849033
import
	use sleep, 0xe67bf126
	use open, 0x8f477f99
	use write, 0x7cfef557
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	movw $3, {20w}(fp)
more:
	frame other, {10w}(fp)
	movp {14w}(fp), {14w}({10w}(fp))
	spawn {10w}(fp), sleeps
	subw $1, {20w}(fp)
	bgtw {20w}(fp), $0, more
	sys 0 {11w}(fp): w $10
	sys 1 {15w}(fp): p "/prog/1/ctl", w $1
	cvtca {8w}(mp), {16w}(fp)
	sys 2 {11w}(fp): p {15w}(fp), p {16w}(fp), w $7
	say w {11w}(fp)
	sys 1 {15w}(fp): p "/prog/2/ctl", w $1
	error
	sys 1 {15w}(fp): p "/prog/1/status", w $1
	error
	ret
sleeps:
	sys 0 {11w}(fp): w $1000000
	note "it slept"
	ret
