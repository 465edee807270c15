using System.Text;
using Kube1.Client;
using Kube1.Cluster.Configuration;
using Kube1.Kubelet.Logs;
using Kube1.Kubelet.Runtime;
using Kube1.Network.Dns;
using Kube1.Runtimes.Cri.Grpc;
using Kube1.Runtimes.Cri.V1;

namespace Kube1.Tests.Fuzzing;

/// <summary>What nodes read: files, the runtime's messages, containers' logs and DNS.</summary>
public sealed class FileFuzzTests
{
    private string _file = "";

    [OneTimeSetUp]
    public void MakeFile() => _file = Path.GetTempFileName();

    [OneTimeTearDown]
    public void DeleteFile() => File.Delete(_file);

    [Test]
    public void Kubeconfig_Any_IsUsedOrRefused() => Fuzz.Check(new FuzzTarget(
        "kubeconfig", [.. Corpus.Read("kubeconfig.txt"), .. Corpus.Read("yaml.txt"), .. HostileShapes.DeepJson()],
        bytes =>
        {
            File.WriteAllBytes(_file, bytes);
            Kubeconfig.Load(_file);
        })
    {
        MayThrow = static e => e is KubeconfigException,
        BytesPerByte = 100_000,
    });

    [TestCase(SettingScope.Server)]
    [TestCase(SettingScope.Agent)]
    public void ConfigFile_Any_IsUsedOrRefused(SettingScope scope) => Fuzz.Check(new FuzzTarget(
        "configuration", [.. Corpus.Read("config.txt"), .. Corpus.Read("yaml.txt"), .. HostileShapes.DeepJson()],
        bytes =>
        {
            File.WriteAllBytes(_file, bytes);
            ConfigLoader.Load(scope, _file, static _ => null, new Dictionary<string, IReadOnlyList<string>>());
        })
    {
        MayThrow = static e => e is ConfigException,
        Words = [.. SettingCatalog.All.Select(s => s.Name + ": ")],
        BytesPerByte = 100_000,
    });

    [Test]
    public void GrpcFrames_Any_AreReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "gRPC frames",
        [
            GrpcFrames.Encode(new VersionResponse { Version = "0.1.0", RuntimeName = "x" }), [0, 0, 0, 0, 0], [0, 0xFF, 0xFF, 0xFF, 0xFF],
            [0, 0, 0xFF, 0xFF, 0xFF], [1, 0, 0, 0, 1, 0], .. Corpus.Read("grpc.txt"),
        ],
        static bytes =>
        {
            var stream = new MemoryStream(bytes);
            while (GrpcFrames.ReadAsync(stream, VersionResponse.Parser, default).AsTask().GetAwaiter().GetResult() is not null)
            {
            }
        }) { MayThrow = static e => e is RuntimeException });

    [Test]
    public void LogLine_Any_IsReadOrPassedOver() => Fuzz.Check(new FuzzTarget(
        "log lines", Corpus.Read("crilog.txt"),
        static bytes =>
        {
            if (CriLogLine.TryParse(bytes, out var line))
            {
                _ = line.Time;
                Fuzz.Require(line.Message.Length < bytes.Length, "a message beyond its line");
            }

            Fuzz.Require(Encoding.UTF8.GetByteCount(CriLogLine.Messages(bytes, 80, 2048)) <= 2048 + 3, "more than asked for");
        }) { Words = ["2016-10-06T00:17:09.669794202Z ", "stdout ", "stderr ", "F ", "P ", "\n"] });

    [Test]
    public void DnsMessage_Any_IsAnsweredOrDropped() => Fuzz.Check(new FuzzTarget(
        "DNS message",
        [
            DnsQuery.Ask(1, "kubernetes.default.svc.cluster.local", DnsType.A).Message, DnsQuery.Ask(2, "a", DnsType.Srv).Message,
            .. Corpus.Read("dns.txt"),
        ],
        static bytes =>
        {
            DnsQuery.ReadAddresses(bytes, DnsType.A);
            DnsQuery.ShortestTtl(bytes);
            if (DnsQuery.Parse(bytes) is { } query)
            {
                var reply = DnsAnswer.Failure(DnsCode.NameError).ToMessage(query, query.MaxUdpBytes);
                Fuzz.Require(reply.Length <= query.MaxUdpBytes, "an answer that does not fit");
            }
        }));
}
