using System.Diagnostics;
using System.Globalization;
using System.Text;
using Kube1.EndToEnd.Kit;
using Kube1.EndToEnd.Network;

namespace Kube1.EndToEnd.Agents;

/// <summary>
/// Another machine, as far as kube1 can tell: a network namespace joined to this one by a pair of devices, a mount
/// namespace, and a data directory of its own. Disposing uninstalls the agent and removes all of it.
/// </summary>
internal sealed class SecondHost : IAsyncDisposable
{
    private readonly StringBuilder _log = new();
    private readonly string _namespace;
    private readonly string _device;
    private readonly Process _holder;
    private Process? _agent;

    private SecondHost(string name, string device, string prefix, Process holder)
    {
        _namespace = name;
        _device = device;
        _holder = holder;
        RuntimeUnderTest.LinkInto(DataDirectory);
        GatewayAddress = prefix + ".1";
        Address = prefix + ".2";
    }

    /// <summary>This machine's address on the link to the other one.</summary>
    public string GatewayAddress { get; }

    /// <summary>The other machine's address.</summary>
    public string Address { get; }

    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("kube1-e2e-").FullName;

    /// <summary>Everything the agents on it have printed so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public static async Task<SecondHost> CreateAsync()
    {
        var id = Guid.NewGuid().ToString("N")[..6];
        var (name, device) = ("kube1-test-" + id, "k1t" + id);
        var prefix = string.Create(
            CultureInfo.InvariantCulture, $"10.{TestNetwork.NextRange(181, 70)}.{Random.Shared.Next(1, 255)}");
        Run("ip", "netns", "add", name);
        Run("ip", "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", name);
        Run("ip", "address", "add", prefix + ".1/24", "dev", device);
        Run("ip", "link", "set", device, "up");
        Run("ip", "-n", name, "address", "add", prefix + ".2/24", "dev", "eth0");
        Run("ip", "-n", name, "link", "set", "eth0", "up");
        Run("ip", "-n", name, "link", "set", "lo", "up");
        Run("ip", "-n", name, "route", "add", "default", "via", prefix + ".1");

        // `ip netns exec` would mount /sys anew and hide the cgroups. The namespaces live as long as this process.
        var holder = Programs.Start(
            "nsenter",
            [
                "--net=/run/netns/" + name, "unshare", "--mount", "--propagation", "slave",
                "sh", "-c", "echo ready; exec sleep infinity",
            ]);
        Assert.That(await holder.StandardOutput.ReadLineAsync(), Is.EqualTo("ready"));
        return new SecondHost(name, device, prefix, holder);
    }

    /// <summary>Puts an image archive where the agent finds it at its start.</summary>
    public async Task AddImagesAsync(string name, Action<Stream> write)
    {
        var images = Directory.CreateDirectory(Path.Combine(DataDirectory, "images")).FullName;
        await using var file = File.Create(Path.Combine(images, name));
        write(file);
    }

    /// <summary>Starts `kube1 agent` with these flags; it goes on beside the test.</summary>
    public void StartAgent(params string[] flags)
    {
        _agent = Programs.Start(
            "nsenter", [.. Enter, Checkout.Program, "agent", "--data-dir", DataDirectory, .. flags]);
        _agent.OutputDataReceived += (_, line) => Append(line.Data);
        _agent.ErrorDataReceived += (_, line) => Append(line.Data);
        _agent.BeginOutputReadLine();
        _agent.BeginErrorReadLine();
    }

    /// <summary>Kills the agent as a power cut would; its containers go on.</summary>
    public async Task KillAgentAsync()
    {
        if (_agent is { } agent)
        {
            agent.Kill();
            await agent.WaitForExitAsync();
            agent.Dispose();
            _agent = null;
        }
    }

    /// <summary>Runs a program on it to its end.</summary>
    public Task<ProgramResult> RunAsync(params string[] command) => Programs.RunAsync("nsenter", [.. Enter, .. command]);

    public async ValueTask DisposeAsync()
    {
        var result = await RunAsync(Checkout.Program, "uninstall", "--yes", "--data-dir", DataDirectory);
        await KillAgentAsync();
        _holder.Kill();
        await _holder.WaitForExitAsync();
        _holder.Dispose();

        // The kernel takes the devices away a moment after the namespace; deleting ours takes both ends at once.
        Run("ip", "link", "delete", _device);
        Run("ip", "netns", "delete", _namespace);
        Assert.That(result.ExitCode, Is.Zero, $"kube1 uninstall: {result}\n{Log}");
    }

    private string[] Enter =>
        ["--target", _holder.Id.ToString(CultureInfo.InvariantCulture), "--net", "--mount"];

    private static void Run(string program, params string[] arguments) => NetworkNamespaceFixture.Run(program, arguments);

    private void Append(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
