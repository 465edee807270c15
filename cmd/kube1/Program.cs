using System.CommandLine;
using Kube1.Cmd.Commands;

// Calls to the kernel (cgroups, netlink, files) hold a thread while they last: with one thread for each of few cores, two of
// them at once would stop the API server too.
const int MinThreads = 4;
ThreadPool.GetMinThreads(out var workers, out var completions);
ThreadPool.SetMinThreads(Math.Max(MinThreads, workers), completions);

// Every command, in the order in which `kube1 --help` shows them.
var root = new RootCommand("Kube1: a whole Kubernetes in one executable.")
{
    ServerCommand.Create(),
    AgentCommand.Create(),
    TokenCommand.Create(),
    ImagesCommand.Create(),
    CheckCommand.Create(),
    WaitCommand.Create(),
    UninstallCommand.Create(),
    VersionCommand.Create(),
};

// The commands stop themselves on signals: a server needs longer than the library's two seconds.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null };
return await root.Parse(args).InvokeAsync(invocation);
