package history

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"sync"
	"time"
)

// witness sees whether something else than SQLite wrote into the open file. SQLite
// keeps its pages, and its log, and would write them into whatever is there now.
//
// The file proper is changed by checkpoints alone, and these write pages that are in
// the log. So where the log was not begun anew since the last look, a page that is
// neither as it was nor as in the log is somebody else's.
type witness struct {
	file  *lentFile
	info  os.FileInfo
	log   logMark
	pages map[int64]uint32 // sums of some pages, by number
	last  int64            // the number of the last page then
}

const (
	pageSize = 4096
	// mostPages is how many are looked at, at the beginning and in all of the file each.
	mostPages = 32
	logHead   = 32
	frameHead = 24
)

// logMark tells one log from the next: by its salts, and where there is none by what
// was written so far, which somebody may have moved into the file since.
type logMark struct {
	salts            uint64
	version, commits int64
}

func markOf(log io.ReaderAt) (m logMark) {
	var head [logHead]byte
	if _, err := log.ReadAt(head[:], 0); err == nil {
		m.salts = binary.BigEndian.Uint64(head[16:])
	}
	return m
}

// mark is that of the log of the open file. It is to be read before the info of the
// file: a log that is begun anew after it is another.
func (db *DB) mark() (m logMark) {
	if db.witness == nil {
		return m
	}
	if f, err := os.Open(db.target + "-wal"); err == nil {
		m = markOf(f)
		_ = f.Close()
	}
	if m.salts == 0 {
		m.commits = int64(db.stats.Commits)
		m.version, _ = db.dataVersion() // 0 where it cannot be told
	}
	return m
}

// newWitness looks at a file that was just opened; nil where it cannot.
func newWitness(path string) *witness {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	f := lend(path, info)
	if f == nil {
		return nil
	}
	var size [2]byte
	if _, err := f.ReadAt(size[:], 16); err != nil || binary.BigEndian.Uint16(size[:]) != pageSize {
		f.giveBack()
		return nil
	}
	w := &witness{file: f, info: info}
	w.look()
	return w
}

// look remembers the file as it is.
func (w *witness) look() {
	w.pages, w.last = w.sums(nil), pagesOf(w.info)
}

func pagesOf(info os.FileInfo) int64 { return (info.Size() + pageSize - 1) / pageSize }

// sums are the sums of the pages of sample, and of those that a file of this size
// has at even distances.
func (w *witness) sums(sample map[int64]uint32) map[int64]uint32 {
	n := pagesOf(w.info)
	sums := map[int64]uint32{}
	add := func(page int64) {
		b := make([]byte, pageSize)
		if read, _ := w.file.ReadAt(b, (page-1)*pageSize); read == pageSize {
			sums[page] = crc32.Checksum(b, castagnoli)
		} else {
			sums[page] = 0 // it is cut
		}
	}
	for page := range sample {
		add(page)
	}
	for i := range int64(mostPages) {
		for _, page := range [2]int64{1 + i, 1 + i*n/mostPages} {
			if _, done := sums[page]; !done && page <= n {
				add(page)
			}
		}
	}
	return sums
}

// overwritten looks at the file as mark and info tell of it. It is cheap where the
// file was not written to.
func (w *witness) overwritten(path string, mark logMark, info os.FileInfo, again func() logMark) bool {
	if w == nil {
		return false
	}
	if !w.unchanged(info) {
		w.info = info
		for tries := 1; w.foreign(path, mark, again); tries++ {
			if tries == 3 { // a page may be half written
				return true
			}
			time.Sleep(20 * time.Millisecond)
		}
		w.look()
	}
	w.log = mark
	return false
}

func (w *witness) unchanged(info os.FileInfo) bool {
	return info.ModTime().Equal(w.info.ModTime()) && info.Size() == w.info.Size()
}

// foreign reports whether a page is somebody else's. again gives the mark as it is now:
// where there is no log, one may have come and gone since mark.
func (w *witness) foreign(path string, mark logMark, again func() logMark) bool {
	var head [16]byte
	if _, err := w.file.ReadAt(head[:], 0); err != nil || string(head[:]) != "SQLite format 3\x00" {
		return true
	}
	sums := w.sums(w.pages)
	for page, sum := range sums {
		if was, known := w.pages[page]; was == sum || !known && page <= w.last {
			delete(sums, page)
		}
	}
	if len(sums) == 0 || mark != w.log {
		return false
	}
	if mark.salts == 0 {
		return again() == mark
	}
	log, err := os.Open(path + "-wal")
	if err != nil {
		return false
	}
	defer log.Close()
	forgetLogged(log, sums)
	return len(sums) > 0 && markOf(log) == mark
}

// logged remembers the log where there was none before.
func (db *DB) logged() {
	w := db.witness
	if w == nil || w.log.salts != 0 {
		return
	}
	mark := db.mark()
	if info, err := os.Stat(db.target); err == nil && w.unchanged(info) {
		w.log = mark
	}
}

// forgetLogged removes the sums that pages in the log have, and those of pages that a
// transaction in it cut off.
func forgetLogged(log io.Reader, sums map[int64]uint32) {
	r := bufio.NewReaderSize(log, 1<<16)
	if _, err := r.Discard(logHead); err != nil {
		return
	}
	frame := make([]byte, frameHead+pageSize)
	for len(sums) > 0 {
		if _, err := io.ReadFull(r, frame); err != nil {
			return
		}
		page := int64(binary.BigEndian.Uint32(frame))
		if size := int64(binary.BigEndian.Uint32(frame[4:])); size > 0 { // the end of a transaction
			for cut, sum := range sums {
				if sum == 0 && cut > size {
					delete(sums, cut)
				}
			}
		}
		if sum, ok := sums[page]; ok && sum == crc32.Checksum(frame[frameHead:], castagnoli) {
			delete(sums, page)
		}
	}
}

// close gives the file back.
func (w *witness) close() {
	if w != nil {
		w.file.giveBack()
	}
}

// lentFile is a descriptor of a history that all of this process share: closing any
// drops SQLite's locks, and so it stays open until no history of the file is.
type lentFile struct {
	*os.File
	info  os.FileInfo
	users int
}

var lent struct {
	sync.Mutex
	files []*lentFile
}

// lend returns nil where the file cannot be read, or is another by now.
func lend(path string, info os.FileInfo) *lentFile {
	lent.Lock()
	defer lent.Unlock()
	for _, f := range lent.files {
		if os.SameFile(f.info, info) {
			f.users++
			return f
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	if opened, err := file.Stat(); err != nil || !os.SameFile(opened, info) {
		_ = file.Close()
		return nil
	}
	f := &lentFile{file, info, 1}
	lent.files = append(lent.files, f)
	return f
}

func (f *lentFile) giveBack() {
	lent.Lock()
	defer lent.Unlock()
	if f.users--; f.users > 0 {
		return
	}
	for i, other := range lent.files {
		if other == f {
			lent.files = append(lent.files[:i], lent.files[i+1:]...)
			break
		}
	}
	_ = f.Close() // nothing was written
}
