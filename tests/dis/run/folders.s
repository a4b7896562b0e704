# Sys on folders: stat, fstat, dirread; and what a record with big numbers looks like in a result.
globals {4w} pointers {8w}, {9w}
	string {8w}: "/text"
	string {9w}: "/"
main {60w} pointers {14w}, {15w}, {16w}, {20w+8}, {21w+8}, {22w+8}, {23w+8}, {51w}
imports
import
	use print, 0xac849033
import
	use stat, 0x319328dd
	use open, 0x8f477f99
	use fstat, 0xda4499c2
	use dirread, 0x72210d71
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	mframe {14w}(fp), $0, {10w}(fp)
	movp {8w}(mp), {8w}({10w}(fp))
	lea {20w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $0, {14w}(fp)
	say w {20w}(fp)
	say s {20w+8}(fp)
	say s {21w+8}(fp)
	note "its kind, length and device"
	say w {25w+16}(fp)
	movl {28w+24}(fp), {40w}(fp)
	say l {40w}(fp)
	say w {28w+32}(fp)
	note "a descriptor's"
	mframe {14w}(fp), $1, {10w}(fp)
	movp {9w}(mp), {8w}({10w}(fp))
	lea {15w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $1, {14w}(fp)
	mframe {14w}(fp), $2, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	lea {20w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $2, {14w}(fp)
	say w {25w+16}(fp)
	note "all entries, then none"
	mframe {14w}(fp), $3, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	lea {50w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $3, {14w}(fp)
	lena {51w}(fp), {11w}(fp)
	subw {50w}(fp), {11w}(fp)
	say w {11w}(fp)
	indx {51w}(fp), {12w}(fp), $0
	say s 0({12w}(fp))
	mframe {14w}(fp), $3, {10w}(fp)
	movp {15w}(fp), {8w}({10w}(fp))
	lea {50w}(fp), {4w}({10w}(fp))
	mcall {10w}(fp), $3, {14w}(fp)
	say w {50w}(fp)
	lena {51w}(fp), {11w}(fp)
	say w {11w}(fp)
	ret
