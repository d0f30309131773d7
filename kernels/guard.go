package kernels

// leastGuarded is the number of instructions from which on a test and a branch
// cost less than they save.
const leastGuarded = 4

// leastSide is how much the work that one side of a select alone needs must be, in
// additions, to be worth a guard of its own: unlike rare paths, which are predicted
// well, it may cost a mispredicted branch for each vector.
const leastSide = 40

// guardSides marks selects of which one side needs much work that nothing else
// does, as if that side were rare: the work is skipped where no lane takes the
// side. Where it is the last argument, the condition is negated by an instruction
// at the end, which all and needed are extended by.
func guardSides(all []Instr, nu int, needed []bool, kept map[int]bool) ([]Instr, []bool) {
	// side is by place: 0 not used yet, -1 used by several, else 1 + twice the place
	// of a select and 1 for its last argument.
	const unused, everywhere = 0, -1
	side := make([]int, len(all))
	for i := range kept {
		side[i] = everywhere
	}
	work := map[int]int{}
	selects := false
	for i := len(all) - 1; i >= nu; i-- {
		if !needed[i] {
			continue
		}
		in := &all[i]
		if in.Op == OpLoad {
			side[i] = everywhere
		}
		inside := side[i] > 0
		if inside {
			work[side[i]] += weight(in.Op)
		}
		chooses := in.Op == OpSelect && int(in.Args[0]) >= nu
		selects = selects || chooses
		for j, a := range in.Args[:in.Op.NumArgs()] {
			by := everywhere
			switch {
			case inside:
				by = side[i]
			case chooses && j > 0 && (in.Imm == 0 || j == 1):
				by = 1 + 2*i + j - 1
			}
			if side[a] == unused {
				side[a] = by
			} else if side[a] != by {
				side[a] = everywhere
			}
		}
	}
	if !selects {
		return all, needed
	}
	negated := map[Value]Value{}
	for i := nu; i < len(side); i++ {
		first, second := work[1+2*i], work[2+2*i]
		in := &all[i]
		if max(first, second) < leastSide || in.Imm == 1 {
			continue
		}
		in.Imm = 1
		if second > first {
			c := in.Args[0]
			not, ok := negated[c]
			if !ok {
				not = Value(len(all))
				negated[c] = not
				all, needed = append(all, Instr{Op: OpNot, Type: Bool, Args: [3]Value{c}}), append(needed, true)
				in = &all[i]
			}
			in.Args = [3]Value{not, in.Args[2], in.Args[1]}
		}
	}
	return all, needed
}

// weight is what an operation costs, in additions, roughly.
func weight(op Op) int {
	switch op {
	case OpDiv, OpSqrt, OpRem, OpTable, OpGather:
		return 8
	}
	return 1
}

// outside marks the values, by place, that stores, reductions and traps use.
func outside(p *Program, place func(Value) int) map[int]bool {
	used := map[int]bool{}
	for _, s := range p.Stores {
		used[place(s.Value)] = true
	}
	for _, r := range p.Reductions {
		used[place(r.Value)] = true
	}
	for _, t := range p.Traps {
		used[place(t.Cond)] = true
	}
	return used
}

// guard returns the order of the instructions that are needed, and the guards, in
// places of that order but for the condition, which stays a place in all. What
// only the second arguments of selects marked as rare need comes right
// before the first of them; selects on one condition that follow each other share a guard.
// The first nu instructions are uniform; kept are used by more than instructions.
func guard(all []Instr, nu int, needed []bool, kept map[int]bool) (order []int, guards []Guard) {
	// Which selects belong together? group is by place: 0 for none.
	group := make([]int, len(all))
	groups, last := 0, -1 // last: the place of the instruction before, if it is of the newest group
	for i := nu; i < len(all); i++ {
		if !needed[i] {
			continue
		}
		in := &all[i]
		if in.Op != OpSelect || in.Imm != 1 || int(in.Args[0]) < nu {
			last = -1
			continue
		}
		if last < 0 || all[last].Args[0] != in.Args[0] {
			groups++
		}
		group[i], last = groups, i
	}
	// A negation that guardSides made stands at the end, and goes before its first
	// user.
	order = make([]int, 0, len(all))
	late := make([]bool, len(all))
	lo := 0 // where the guard at hand begins
	place := func(i int) {
		for _, a := range all[i].Args[:all[i].Op.NumArgs()] {
			if int(a) > i && !late[a] {
				late[a] = true
				order = append(order, int(a))
			}
		}
		order = append(order, i)
	}
	if groups == 0 {
		for i := range all {
			if needed[i] {
				order = append(order, i)
			}
		}
		return order, nil
	}

	// What is needed by one group alone? Users come after what they use, so that
	// backwards each is settled before its arguments.
	const unused, everywhere = 0, -1
	region := make([]int, len(all))
	for i := range kept {
		region[i] = everywhere
	}
	size := make([]int, groups+1)
	for i := len(all) - 1; i >= nu; i-- {
		if !needed[i] {
			continue
		}
		in := &all[i]
		switch in.Op {
		case OpLoad: // reading is not what takes time, and a read can be an operand
			region[i] = everywhere
		}
		if region[i] > 0 {
			group[i] = 0 // a rare select among what is rare is a plain one
			size[region[i]]++
		}
		for j, a := range in.Args[:in.Op.NumArgs()] {
			by := everywhere
			switch {
			case region[i] > 0:
				by = region[i]
			case group[i] > 0 && j == 1:
				by = group[i]
			}
			if region[a] == unused {
				region[a] = by
			} else if region[a] != by {
				region[a] = everywhere
			}
		}
	}
	parts := make([][]int, groups+1)
	for i := nu; i < len(all); i++ {
		if r := region[i]; needed[i] && r > 0 && size[r] >= leastGuarded {
			parts[r] = append(parts[r], i)
		}
	}
	for i := range all {
		if !needed[i] || i >= nu && region[i] > 0 && parts[region[i]] != nil {
			continue
		}
		if late[i] {
			continue
		}
		if g := group[i]; g > 0 && parts[g] != nil {
			negation := func(a int) {
				if !late[a] {
					late[a] = true
					order = append(order, a)
				}
			}
			if c := int(all[i].Args[0]); c > i {
				negation(c)
			}
			// Negations for selects in the range: before it, where their argument is.
			for _, inside := range []bool{false, true} {
				if inside {
					lo = len(order)
				}
				for _, j := range parts[g] {
					for _, a := range all[j].Args[:all[j].Op.NumArgs()] {
						if a := int(a); a > j && inside == (region[all[a].Args[0]] > 0) {
							negation(a)
						}
					}
					if inside && !late[j] {
						order = append(order, j)
					}
				}
			}
			guards = append(guards, Guard{Value(all[i].Args[0]), lo, len(order)})
			parts[g] = nil // all of them stand before the group's first select
		}
		place(i)
	}
	return order, guards
}
