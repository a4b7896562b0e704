# Pipes: readers wait while others run, ends are heard of; a proc that waits is killed, and the end of a child is read.
globals {5w} pointers {8w}, {9w}, {10w}, {11w}, {12w}
	string {8w}: "first"
	string {9w}: "kill"
	string {10w}: "/prog/"
	string {11w}: "/wait"
	string {12w}: "/ctl"
main {40w} pointers {14w}, {15w}, {16w}, {17w}, {18w}, {19w}, {20w}, {21w}, {22w}, {23w}
type byte 1
type cell {1w} pointers 0
type path {12w} pointers {9w}, {11w}
type reader {24w} pointers {14w}, {15w}, {16w}, {17w}, {18w}
handlers
handler {17w}, writes, behind, -, 0
	otherwise caught
imports
import
	use print, 0xac849033
import
	use pipe, 0x1f2c52ea
	use write, 0x7cfef557
	use read, 0x7cfef557
	use open, 0x8f477f99
	use pctl, 0x05df27fb
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	newa $2, cell, {15w}(fp)
	newa $100, byte, {16w}(fp)
	newcw {18w}(fp)
	sys 0 {11w}(fp): p {15w}(fp)
	say w {11w}(fp)
	indx {15w}(fp), {12w}(fp), $0
	movp 0({12w}(fp)), {19w}(fp)
	indx {15w}(fp), {12w}(fp), $1
	movp 0({12w}(fp)), {20w}(fp)
	movp {21w}(fp), {15w}(fp)
	frame reader, {10w}(fp)
	movp {14w}(fp), {14w}({10w}(fp))
	movp {20w}(fp), {15w}({10w}(fp))
	movp {18w}(fp), {18w}({10w}(fp))
	spawn {10w}(fp), reads
	recv {18w}(fp), {11w}(fp)
	cvtca {8w}(mp), {17w}(fp)
	sys 1 {11w}(fp): p {19w}(fp), p {17w}(fp), w $5
	say w {11w}(fp)
	recv {18w}(fp), {11w}(fp)
	say w {11w}(fp)
	note "closed"
	movp {21w}(fp), {19w}(fp)
	recv {18w}(fp), {11w}(fp)
	say w {11w}(fp)
	cvtca {8w}(mp), {17w}(fp)
writes:
	sys 1 {11w}(fp): p {20w}(fp), p {17w}(fp), w $5
	say w {11w}(fp)
	jmp behind
caught:
	say s {17w}(fp)
behind:
	movp {21w}(fp), {20w}(fp)
	note "killed while it waits"
	newa $2, cell, {15w}(fp)
	sys 0 {11w}(fp): p {15w}(fp)
	indx {15w}(fp), {12w}(fp), $1
	movp 0({12w}(fp)), {20w}(fp)
	sys 4 {24w}(fp): w $0, p {21w}(fp)
	frame path, {10w}(fp)
	movw {24w}(fp), {8w}({10w}(fp))
	lea {22w}(fp), {4w}({10w}(fp))
	call {10w}(fp), paths
	addc {11w}(mp), {22w}(fp), {17w}(fp)
	sys 3 {23w}(fp): p {17w}(fp), w $0
	frame reader, {10w}(fp)
	movp {14w}(fp), {14w}({10w}(fp))
	movp {20w}(fp), {15w}({10w}(fp))
	movp {18w}(fp), {18w}({10w}(fp))
	spawn {10w}(fp), reads
	recv {18w}(fp), {24w}(fp)
	frame path, {10w}(fp)
	movw {24w}(fp), {8w}({10w}(fp))
	lea {22w}(fp), {4w}({10w}(fp))
	call {10w}(fp), paths
	addc {12w}(mp), {22w}(fp)
	sys 3 {19w}(fp): p {22w}(fp), w $1
	cvtca {9w}(mp), {17w}(fp)
	sys 1 {11w}(fp): p {19w}(fp), p {17w}(fp), w $4
	say w {11w}(fp)
	sys 3 {19w}(fp): p {22w}(fp), w $1
	error
	sys 2 {11w}(fp): p {23w}(fp), p {16w}(fp), w $99
	movp {16w}(fp), {17w}(fp)
	slicea $0, {11w}(fp), {17w}(fp)
	cvtac {17w}(fp), {17w}(fp)
	say s {17w}(fp)
	ret
reads:
	sys 4 {11w}(fp): w $0, p {16w}(fp)
	send {11w}(fp), {18w}(fp)
	newa $100, byte, {16w}(fp)
	sys 2 {11w}(fp): p {15w}(fp), p {16w}(fp), w $50
	send {11w}(fp), {18w}(fp)
	sys 2 {11w}(fp): p {15w}(fp), p {16w}(fp), w $50
	send {11w}(fp), {18w}(fp)
	ret
paths:
	cvtwc {8w}(fp), {9w}(fp)
	movp {10w}(mp), {11w}(fp)
	addc {9w}(fp), {11w}(fp)
	movp {11w}(fp), 0({4w}(fp))
	ret
