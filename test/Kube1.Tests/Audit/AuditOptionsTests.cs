using Kube1.ApiServer.Audit;
using Kube1.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Audit;

/// <summary>Options that do not do, in upstream's words (k8s.io/apiserver/pkg/server/options/audit.go).</summary>
public sealed class AuditOptionsTests
{
    private static IEnumerable<TestCaseData> Wrong()
    {
        yield return Log("mode", l => l with { Delivery = l.Delivery with { Mode = "fast" } },
            "invalid audit log mode fast, allowed modes are \"batch,blocking,blocking-strict\"");
        yield return Log("buffer", l => Batch(l, d => d with { BufferSize = 0 }),
            "invalid audit batch log buffer size 0, must be a positive number");
        yield return Log("batch", l => Batch(l, d => d with { MaxBatchSize = -1 }),
            "invalid audit batch log max batch size -1, must be a positive number");
        yield return Log("qps", l => Batch(l, d => d with { ThrottleEnabled = true, ThrottleQps = -0.5f, ThrottleBurst = 1 }),
            "invalid audit batch log throttle QPS -0.5, must be a positive number");
        yield return Log("burst", l => Batch(l, d => d with { ThrottleEnabled = true, ThrottleQps = 1 }),
            "invalid audit batch log throttle burst 0, must be a positive number");
        yield return Log("event size", l => l with { Delivery = l.Delivery with { TruncateMaxEventBytes = 0 } },
            "invalid audit truncate log max event size 0, must be a positive number");
        yield return Log("batch size", l => l with { Delivery = l.Delivery with { TruncateMaxBatchBytes = 5 } },
            "invalid audit truncate log max batch size 5, must be greater than max event size (102400)");
        yield return Log("version", l => l with { Version = "audit.k8s.io/v1beta1" },
            "invalid group version, allowed versions are [\"audit.k8s.io/v1\"]");
        yield return Log("group version", l => l with { Version = "a/b/c" }, "unexpected GroupVersion string: a/b/c");
        yield return Log("format", l => l with { Format = "xml" },
            "invalid audit log format xml, allowed formats are \"legacy,json\"");
        yield return Log("rotation", l => l with { MaxAgeDays = -1, MaxBackups = -2, MaxSizeMegabytes = -3 },
            "--audit-log-maxage -1 can't be a negative number; --audit-log-maxbackup -2 can't be a negative number; "
            + "--audit-log-maxsize -3 can't be a negative number");
    }

    [TestCaseSource(nameof(Wrong))]
    public void Open_WithWrongOptions_SaysWhy(AuditLogOptions log, string expected)
    {
        var e = Assert.Throws<AuditConfigurationException>(
            () => Auditor.Open(new AuditOptions { Log = log }, new ManualTime(), NullLoggerFactory.Instance));

        Assert.That(e!.Message, Is.EqualTo(expected));
    }

    [Test]
    public void Open_WithoutPolicy_LogsNothing()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString());
        Assert.That(
            Auditor.Open(new AuditOptions { Log = new() { Path = path } }, new ManualTime(), NullLoggerFactory.Instance), Is.Null);
    }

    [Test]
    public void Options_OfAnOutputThatIsNot_AreNotChecked() =>
        Assert.That(new AuditOptions { Log = new() { Format = "xml" }, Webhook = new() { Version = "x" } }.Validate(), Is.Empty);

    [Test]
    public void Open_WithKubeconfigThatIsNotThere_NamesIt()
    {
        var policy = Path.GetTempFileName();
        File.WriteAllText(policy, "{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata}]}");
        var options = new AuditOptions { PolicyFile = policy, Webhook = new() { ConfigFile = "/nowhere/config" } };

        var e = Assert.Throws<AuditConfigurationException>(
            () => Auditor.Open(options, new ManualTime(), NullLoggerFactory.Instance));

        Assert.That(e!.Message, Does.StartWith("initializing audit webhook: cannot use the kubeconfig /nowhere/config: "));
        File.Delete(policy);
    }

    private static AuditLogOptions Batch(AuditLogOptions log, Func<AuditDeliveryOptions, AuditDeliveryOptions> change) =>
        log with { Delivery = change(log.Delivery with { Mode = "batch" }) };

    private static TestCaseData Log(string name, Func<AuditLogOptions, AuditLogOptions> change, string expected) =>
        new TestCaseData(change(new AuditLogOptions { Path = "/nowhere/audit.log" }), expected).SetArgDisplayNames(name);
}
