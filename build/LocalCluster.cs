using System.Diagnostics;

namespace Kube1.Build;

/// <summary>Starts a cluster from this checkout in the background, and removes it again.</summary>
internal static class LocalCluster
{
    private const string DefaultDataDirectory = "/var/lib/kube1";

    /// <summary>A cold machine pulls the program from disk first; a warm one needs two seconds.</summary>
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(120);

    public static int Up(string root, IReadOnlyList<string> arguments)
    {
        RequireRoot("up");
        Dependencies.Install();
        Publisher.Publish(root, []);
        var dataDirectory = Publisher.Argument(arguments, "--data-dir") ?? DefaultDataDirectory;
        var program = Path.Combine(root, "dist", "kube1");
        var passedOn = arguments.SkipWhile(a => a != "--").Skip(1).ToArray();
        Directory.CreateDirectory(dataDirectory);
        var log = Path.Combine(dataDirectory, "kube1.log");

        // A shell starts it in a session of its own, so that it outlives this terminal, with its output in a file.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c", "log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null &", "sh", log, program, "server",
                "--data-dir", dataDirectory,
            },
        };
        foreach (var argument in passedOn)
        {
            start.ArgumentList.Add(argument);
        }

        using (var shell = Process.Start(start))
        {
            shell!.WaitForExit();
        }

        Console.WriteLine($"up: kube1 server is starting, its log is {log}");
        var wait = Shell.Run(
            program,
            ["wait", "--data-dir", dataDirectory, "--timeout", $"{ReadyWithin.TotalSeconds:0}s"]);
        if (wait != 0)
        {
            throw new BuildException($"the node did not become Ready within {ReadyWithin.TotalSeconds:0} s; see {log}");
        }

        Console.WriteLine($"""

            The cluster is up. Try next:
              export KUBECONFIG=/etc/kube1/kubeconfig.yaml
              kubectl get nodes,services -A
              sudo ./build.sh down
            """);
        return 0;
    }

    public static int Down(string root, IReadOnlyList<string> arguments)
    {
        RequireRoot("down");
        var program = Path.Combine(root, "dist", "kube1");
        if (!File.Exists(program))
        {
            Publisher.Publish(root, []);
        }

        var dataDirectory = Publisher.Argument(arguments, "--data-dir") ?? DefaultDataDirectory;
        return Shell.Run(program, ["uninstall", "--yes", "--data-dir", dataDirectory]);
    }

    private static void RequireRoot(string verb)
    {
        if (Environment.UserName != "root")
        {
            throw new BuildException($"containers and networks need root: run `sudo ./build.sh {verb}`");
        }
    }
}
