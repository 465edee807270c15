using System.Net;
using System.Net.Sockets;
using Kube1.Runtimes.Linux.Preflight;

namespace Kube1.Tests.Runtimes.Preflight;

public sealed class ListeningSocketsTests
{
    private const string Head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private const string OnLoopback =
        "   0: 0100007F:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0";

    private const string Connection =
        "   1: 0100007F:192B 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1";

    private const string OnAllOfIPv6 =
        "   0: 00000000000000000000000000000000:280A 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000"
        + "     0        0 4713 1 0000000000000000 100 0 0 10 0";

    [Test]
    public void Parse_Tables_GivesTheListenersAlone() =>
        Assert.That(
            ListeningSockets.Parse([Head, OnLoopback, Connection, OnAllOfIPv6, "", "  2: nonsense"], "0A"),
            Is.EqualTo(new[]
            {
                new ListeningSocket(IPAddress.Loopback, 6443, 4711), new ListeningSocket(IPAddress.IPv6Any, 10250, 4713),
            }));

    [TestCase("127.0.0.1", "127.0.0.1", true)]
    [TestCase("127.0.0.53", "10.43.0.10", false)]
    [TestCase("0.0.0.0", "10.43.0.10", true)]
    [TestCase("::", "10.43.0.10", true)]
    [TestCase("10.43.0.10", "0.0.0.0", true)]
    public void Bars_Addresses_AsTheKernelWould(string held, string wanted, bool bars) => Assert.Multiple(() =>
    {
        var socket = new ListeningSocket(IPAddress.Parse(held), 53, 1);
        Assert.That(socket.Bars(IPAddress.Parse(wanted), 53), Is.EqualTo(bars));
        Assert.That(socket.Bars(IPAddress.Parse(wanted), 54), Is.False);
    });

    [Test, Platform("Linux")]
    public void Port_HeldByThisProcess_NamesIt()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var foreign = MachineChecks.Port(IPAddress.Loopback, port, "--https-listen-port", ourProcess: null);
        var own = MachineChecks.Port(IPAddress.Loopback, port, "--https-listen-port", Environment.ProcessId);
        Assert.Multiple(() =>
        {
            Assert.That(foreign.Text, Does.Contain($"(process {Environment.ProcessId})"));
            Assert.That(foreign.Fix, Does.Contain("--https-listen-port").And.Contain($"kill {Environment.ProcessId}"));
            Assert.That(own.IsProblem, Is.False);
        });
    }
}
