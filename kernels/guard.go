package kernels

// leastGuarded is the number of instructions from which on a test and a branch
// cost less than they save.
const leastGuarded = 4

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
	order = make([]int, 0, len(all))
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
		if g := group[i]; g > 0 && parts[g] != nil {
			lo := len(order)
			order = append(order, parts[g]...)
			guards = append(guards, Guard{Value(all[i].Args[0]), lo, len(order)})
			parts[g] = nil // all of them stand before the group's first select
		}
		order = append(order, i)
	}
	return order, guards
}
