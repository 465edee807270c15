// Fixtures share nothing but the machine, and many of them wait: for time-outs, for connections, for disks.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(6)]
