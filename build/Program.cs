using Kube1.Build;

// The verbs of build.sh and build.ps1. Each is a class beside this file.
var root = Repository.FindRoot();
var verb = args.FirstOrDefault() ?? "help";
var rest = args.Skip(1).ToArray();
try
{
    return verb switch
    {
        "deps" => Dependencies.Install(),
        "build" => Publisher.Publish(root, rest),
        "up" => LocalCluster.Up(root, rest),
        "down" => LocalCluster.Down(root, rest),
        "test" => TestRun.Run(root, rest),
        "bench" => BenchmarkRun.Run(root, rest),
        "models" => ModelGenerator.Run(root),
        "help" or "--help" or "-h" => Help(Console.Out, 0),
        _ => Help(Console.Error, 2),
    };
}
catch (BuildException e)
{
    Console.Error.WriteLine($"build {verb}: {e.Message}");
    return 1;
}

static int Help(TextWriter output, int code)
{
    output.WriteLine("""
        usage: build.sh VERB

          deps            install containerd, runc, CNI plugins and nftables with the system's package manager
          build           make dist/kube1, one self-contained file (--runtime linux-x64|win-x64)
          up              deps, build, then start a cluster in the background and wait until its node is Ready
          down            stop it and remove every trace of it
          test            run all tests (--filter EXPRESSION, --unit, --end-to-end)
          bench           run the benchmarks and print their figures (one of them: store, scheduler, apiserver, authorization, cluster)
          models          write pkg/Api/Models/Generated anew from the type table

        up and down take --data-dir DIR (default /var/lib/kube1); up passes what follows `--` to `kube1 server`.
        """);
    return code;
}
