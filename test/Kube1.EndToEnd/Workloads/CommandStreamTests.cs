using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Kube1.EndToEnd.Kit;

namespace Kube1.EndToEnd.Workloads;

/// <summary>exec, attach and cp with the real kubectl.</summary>
[TestFixture("websocket")]
[TestFixture("spdy")]
[NonParallelizable]
public sealed partial class CommandStreamTests(string transport)
{
    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: tool}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: tool, image: "busybox:v1", command: [sleep, "3600"]}
          - {name: side, image: "busybox:v1", command: [sh, -c, "hostname side; exec sleep 3600"], env: [{name: WHO, value: side}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: shell}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: shell, image: "busybox:v1", command: [sh], stdin: true, tty: true}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: repeater}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: repeater
            image: busybox:v1
            command: [sh, -c, "while read -r word; do echo got $word; echo heard $word >&2; done; exec sleep 3600"]
            stdin: true
        """;

    /// <summary>Far more than all buffers of the way together.</summary>
    private const int LargeBytes = 8_000_000;

    private readonly StreamTransport _kubectl = new(transport);
    private TestNamespace _space = null!;

    [OneTimeSetUp]
    public async Task CreatePodsAsync()
    {
        _space = await WorkloadCluster.NamespaceAsync("streams-" + transport);
        await _space.ApplyAsync(Pods);
        await _space.KubectlAsync("wait", "pods", "--all", "--for=condition=Ready", "--timeout=60s");
    }

    [OneTimeTearDown]
    public async Task DeletePodsAsync()
    {
        if (_space is not null)
        {
            await _space.DisposeAsync();
        }
    }

    [Test]
    public async Task Exec_Command_GivesBothOutputsAndTheExitCode()
    {
        var failing = await RunAsync("exec", "tool", "-c", "tool", "--", "sh", "-c", "echo out; echo err >&2; exit 3");
        var passing = await RunAsync("exec", "tool", "-c", "side", "--", "sh", "-c", "echo $WHO");
        Assert.Multiple(() =>
        {
            Assert.That(failing.ExitCode, Is.EqualTo(3));
            Assert.That(failing.Output, Is.EqualTo("out\n"));
            Assert.That(failing.Errors, Is.EqualTo("err\ncommand terminated with exit code 3\n"));
            Assert.That(passing, Is.EqualTo(new ProgramResult(0, "side\n", "")));
        });
    }

    [Test]
    public async Task Exec_ThatCannotStart_SaysWhy()
    {
        var program = await RunAsync("exec", "tool", "-c", "tool", "--", "no-such-program");
        var container = await RunAsync("exec", "tool", "-c", "none", "--", "true");
        var pod = await RunAsync("exec", "none", "--", "true");
        Assert.Multiple(() =>
        {
            Assert.That(program.ExitCode, Is.Not.Zero);
            Assert.That(program.Errors, Does.Contain("\"no-such-program\": executable file not found in $PATH"));
            Assert.That(container.Errors, Does.Contain("container none is not valid for pod tool"));
            Assert.That(pod.Errors, Is.EqualTo("Error from server (NotFound): pods \"none\" not found\n"));
        });
    }

    [Test]
    public async Task Exec_LargePipedInput_ArrivesWholeAndEnds()
    {
        var input = LargeText();
        var counted = await RunWithInputAsync(input, "exec", "-i", "tool", "-c", "tool", "--", "sha256sum");
        var echoed = await RunWithInputAsync(input, "exec", "-i", "tool", "-c", "tool", "--", "cat");
        var expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(input)));
        Assert.Multiple(() =>
        {
            Assert.That(counted, Is.EqualTo(new ProgramResult(0, expected + "  -\n", "")));
            Assert.That(echoed.ExitCode, Is.Zero, echoed.Errors);
            Assert.That(echoed.Output == input, Is.True, $"{echoed.Output.Length} of {input.Length} characters came back");
        });
    }

    [Test]
    public async Task Exec_InputLongerThanTheCommandReads_EndsWithTheCommand()
    {
        // No more than pipes hold: containerd waits for what is left over to be read.
        var result = await RunWithInputAsync(
            "word\nmore\n", "exec", "-i", "tool", "-c", "tool", "--", "sh", "-c", "read -r w; echo $w; exit 5");
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((5, "word\n")), result.Errors);
    }

    [Test]
    public async Task Exec_OnATerminal_IsAShellLikeAnyOther()
    {
        await using var terminal = await _kubectl.TerminalAsync(_space, "exec", "-it", "tool", "-c", "tool", "--", "sh");
        await terminal.UntilAsync(Prompt());
        await terminal.TypeAsync("echo $((6*7)); tty\n");
        await terminal.UntilAsync(new Regex("42\r?\n/dev/pts/0\r?\n"));
        // A size goes beside the keys: the shell is asked until it has come.
        await terminal.TypeAsync("until [ \"$(stty size)\" = '24 80' ]; do :; done; echo sized\n");
        await terminal.UntilAsync(new Regex("\nsized"));
        await terminal.ResizeAsync(40, 100);
        await terminal.TypeAsync("until [ \"$(stty size)\" = '40 100' ]; do :; done; echo resized\n");
        await terminal.UntilAsync(new Regex("\nresized"));
        await terminal.TypeAsync("sh -c 'echo ready; exec cat'\n");
        await terminal.UntilAsync(new Regex("\nready"));
        await terminal.TypeAsync("\u0003");
        await terminal.UntilAsync(Prompt());
        await terminal.TypeAsync("exit 7\n");
        Assert.That(await terminal.ExitCodeAsync(), Is.EqualTo(7), terminal.Shown);
        Assert.That(terminal.Shown, Does.Contain("command terminated with exit code 7"));
    }

    [Test]
    public async Task Attach_ToATerminal_ReachesTheContainersShell()
    {
        await using var terminal = await _kubectl.TerminalAsync(_space, "attach", "-it", "shell");
        await terminal.TypeAsync("\n");
        await terminal.UntilAsync(Prompt());
        await terminal.TypeAsync("echo $((6*7))\n");
        await terminal.UntilAsync(new Regex("\n42\r?\n"));
        await terminal.ResizeAsync(33, 99);
        await terminal.TypeAsync("until [ \"$(stty size)\" = '33 99' ]; do :; done; echo resized\n");
        await terminal.UntilAsync(new Regex("\nresized"));
    }

    [Test]
    public async Task Attach_WithPipes_CarriesInputAndBothOutputs()
    {
        await using var attached = _kubectl.Start(_space, "attach", "-i", "repeater");
        foreach (var word in new[] { "one", "two" })
        {
            await attached.WriteAsync(word + "\n");
            Assert.That(await attached.ReadLineAsync(), Is.EqualTo("got " + word));
        }

        await WorkloadCluster.Cluster.UntilAsync(
            log => log.Split('\n').Order().SequenceEqual(["", "got one", "got two", "heard one", "heard two"]),
            "--namespace", _space.Name, "logs", "repeater");
        await attached.UntilErrorsAsync("heard one");
    }

    [Test]
    public async Task Run_WithPipedInput_AttachesAndEndsWithIt()
    {
        var result = await RunWithInputAsync(
            "hello\n", "run", "cat", "-i", "--restart=Never", "--image=busybox:v1", "--", "sh", "-c", "sleep 2; cat; echo end");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Errors);
            Assert.That(result.Output, Does.Contain("hello\nend\n"));
        });
    }

    [Test]
    public async Task Cp_FilesAndDirectories_AreTheSameOnBothSides()
    {
        var local = Directory.CreateTempSubdirectory("kube1-cp").FullName;
        try
        {
            var source = Directory.CreateDirectory(Path.Combine(local, "source", "deep", "er")).FullName;
            await File.WriteAllBytesAsync(Path.Combine(local, "source", "large"), RandomNumberGenerator.GetBytes(LargeBytes));
            await File.WriteAllTextAsync(Path.Combine(source, "empty"), "");
            await File.WriteAllTextAsync(Path.Combine(source, "with space"), "text\n");
            await CopyAsync(Path.Combine(local, "source"), "tool:/tmp/there");
            await CopyAsync("tool:/tmp/there", Path.Combine(local, "back"));
            await CopyAsync(Path.Combine(local, "source", "large"), "tool:/tmp/one");
            await CopyAsync("tool:/tmp/one", Path.Combine(local, "one"));
            Assert.Multiple(() =>
            {
                Assert.That(Contents(Path.Combine(local, "back")), Is.EqualTo(Contents(Path.Combine(local, "source"))));
                Assert.That(Hash(Path.Combine(local, "one")), Is.EqualTo(Hash(Path.Combine(local, "source", "large"))));
            });
        }
        finally
        {
            Directory.Delete(local, recursive: true);
        }
    }

    private async Task CopyAsync(string from, string to)
    {
        var result = await RunAsync("cp", from, to, "-c", "tool");
        Assert.That(result.ExitCode, Is.Zero, $"cp {from} {to}: {result}");
    }

    private Task<ProgramResult> RunAsync(params string[] arguments) => _kubectl.RunAsync(_space, null, arguments);

    private Task<ProgramResult> RunWithInputAsync(string input, params string[] arguments) =>
        _kubectl.RunAsync(_space, input, arguments);

    private static string LargeText() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(LargeBytes));

    private static string[] Contents(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => $"{Path.GetRelativePath(folder, f)} {Hash(f)}").Order()];

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    [GeneratedRegex("/ # ")]
    private static partial Regex Prompt();
}
