package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// server is a running C program; c/server.h describes how it is spoken to.
type server struct {
	name  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	said  *syncBuffer // on stderr
	ready string      // what it said of itself
}

// ServerError says that a C program did not do as it was told.
type ServerError struct {
	Program string
	Request string // "" while it starts
	Err     error
}

func (e *ServerError) Error() string {
	if e.Request == "" {
		return fmt.Sprintf("bench: %s: %v", e.Program, e.Err)
	}
	return fmt.Sprintf("bench: %s: %q: %v", e.Program, e.Request, e.Err)
}

func (e *ServerError) Unwrap() error { return e.Err }

// startServer starts a program and waits until it is ready. The program is
// killed when ctx is done.
func startServer(ctx context.Context, name, path string, env []string, args ...string) (*server, error) {
	return startServerWith(ctx, name, "", path, env, args...)
}

// startServerWith also writes something to the program before it waits.
func startServerWith(ctx context.Context, name, first, path string, env []string, args ...string) (*server, error) {
	s := &server{name: name, cmd: exec.CommandContext(ctx, path, args...), said: &syncBuffer{}}
	s.cmd.Env, s.cmd.Stderr = env, s.said
	s.cmd.WaitDelay = time.Second
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, &ServerError{name, "", err}
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, &ServerError{name, "", err}
	}
	s.in, s.out = in, bufio.NewReader(out)
	if err := s.cmd.Start(); err != nil {
		return nil, &ServerError{name, "", err}
	}
	if first != "" {
		io.WriteString(in, first) // a program that has ended already says so below
	}
	line, err := s.out.ReadString('\n')
	rest, ok := strings.CutPrefix(line, "ready")
	if err != nil || !ok {
		waited := s.close()
		return nil, &ServerError{name, "", fmt.Errorf("it did not start (%v): %s", waited, strings.TrimSpace(s.said.String()+" "+line))}
	}
	s.ready = strings.TrimSpace(rest)
	return s, nil
}

// ask sends a request and returns the numbers of the answer.
func (s *server) ask(request string) ([]float64, error) {
	if _, err := io.WriteString(s.in, request+"\n"); err != nil {
		return nil, &ServerError{s.name, request, err}
	}
	line, err := s.out.ReadString('\n')
	if err != nil {
		return nil, &ServerError{s.name, request, fmt.Errorf("%w %s", err, strings.TrimSpace(s.said.String()))}
	}
	values, err := parseReply(line)
	if err != nil {
		return nil, &ServerError{s.name, request, err}
	}
	return values, nil
}

// parseReply reads "ok" and numbers.
func parseReply(line string) ([]float64, error) {
	words := strings.Fields(line)
	if len(words) > 0 && words[0] == "error" {
		return nil, fmt.Errorf("refused: %s", strings.Join(words[1:], " "))
	}
	if len(words) == 0 || words[0] != "ok" {
		return nil, fmt.Errorf("not an answer: %q", strings.TrimSpace(line))
	}
	values := make([]float64, len(words)-1)
	for i, w := range words[1:] {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			return nil, fmt.Errorf("not a number in %q: %q", strings.TrimSpace(line), w)
		}
		values[i] = v
	}
	return values, nil
}

// close ends the program.
func (s *server) close() error {
	s.in.Close() // the end of its input ends it
	return s.cmd.Wait()
}

// environment is that of a C program of some threads: nothing that the user set
// for OpenMP, so that what ran is what the report says.
func environment(threads int, pin bool) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "OMP_") || strings.HasPrefix(v, "GOMP_") || strings.HasPrefix(v, "KMP_")
	})
	return append(env,
		"OMP_NUM_THREADS="+strconv.Itoa(threads),
		"OMP_DYNAMIC=false",
		"OMP_PROC_BIND="+strconv.FormatBool(pin))
}

// syncBuffer keeps what a program writes to stderr while it runs.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
