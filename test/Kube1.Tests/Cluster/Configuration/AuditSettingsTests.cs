using Kube1.Cluster.Configuration;

namespace Kube1.Tests.Cluster.Configuration;

public sealed class AuditSettingsTests
{
    [Test]
    public void Load_AllOfTheLog_AreTaken()
    {
        var config = Load(
            ("audit-policy-file", "/p.yaml"), ("audit-log-path", "/a.log"), ("audit-log-maxage", "3"), ("audit-log-maxbackup", "4"),
            ("audit-log-maxsize", "-5"), ("audit-log-format", "legacy"), ("audit-log-compress", ""), ("audit-log-mode", "batch"),
            ("audit-log-batch-buffer-size", "6"), ("audit-log-batch-max-size", "7"), ("audit-log-batch-max-wait", "1m30s"),
            ("audit-log-batch-throttle-enable", "true"), ("audit-log-batch-throttle-qps", "0.5"),
            ("audit-log-batch-throttle-burst", "8"), ("audit-log-truncate-enabled", "true"),
            ("audit-log-truncate-max-event-size", "9"), ("audit-log-truncate-max-batch-size", "10"), ("audit-log-version", "v"));

        Assert.That(
            (config.PolicyFile, config.LogPath, config.LogMaxAgeDays, config.LogMaxBackups, config.LogMaxSizeMegabytes, config.LogFormat),
            Is.EqualTo(("/p.yaml", "/a.log", 3, 4, -5, "legacy")));
        Assert.That((config.LogCompress, config.Log.Mode, config.Log.BufferSize, config.Log.MaxBatchSize), Is.EqualTo((true, "batch", 6, 7)));
        Assert.That(config.Log.MaxBatchWait, Is.EqualTo(TimeSpan.FromSeconds(90)));
        Assert.That(
            (config.Log.ThrottleEnabled, config.Log.ThrottleQps, config.Log.ThrottleBurst), Is.EqualTo((true, 0.5f, 8)));
        Assert.That(
            (config.Log.TruncateEnabled, config.Log.TruncateMaxEventBytes, config.Log.TruncateMaxBatchBytes, config.Log.Version),
            Is.EqualTo((true, 9L, 10L, "v")));
        Assert.That(config.Webhook.Mode, Is.Null, "the other output's are its own");
    }

    [Test]
    public void Load_OfTheWebhook_AreTaken()
    {
        var config = Load(
            ("audit-webhook-config-file", "/w"), ("audit-webhook-initial-backoff", "250ms"), ("audit-webhook-mode", "blocking"),
            ("audit-webhook-batch-throttle-enable", "false"));

        Assert.That(
            (config.WebhookConfigFile, config.WebhookInitialBackoff, config.Webhook.Mode, config.Webhook.ThrottleEnabled),
            Is.EqualTo(("/w", TimeSpan.FromMilliseconds(250), "blocking", false)));
    }

    [Test]
    public void Load_LogPathOfOneDash_IsStandardOutput() => Assert.That(Load(("audit-log-path", "-")).LogPath, Is.EqualTo("-"));

    [TestCase("audit-policy-file", "", "it is empty")]
    [TestCase("audit-log-maxage", "many", "a whole number is expected")]
    [TestCase("audit-log-batch-throttle-qps", "NaN", "a number is expected")]
    [TestCase("audit-webhook-batch-max-wait", "30", "a duration such as 30s is expected")]
    [TestCase("audit-webhook-initial-backoff", "1000h", "a duration such as 30s is expected, a day at most")]
    [TestCase("audit-log-compress", "yes", "true or false is expected")]
    public void Load_BadValue_SaysWhatIsExpected(string name, string value, string message) =>
        Assert.That(() => Load((name, value)), Throws.TypeOf<ConfigException>().With.Message.Contains(message));

    private static AuditConfig Load(params (string Name, string Value)[] given)
    {
        using var file = new EmptyFile();
        return ConfigLoader.Load(
            SettingScope.Server, file.Path, _ => null,
            given.ToDictionary(g => g.Name, g => (IReadOnlyList<string>)[g.Value], StringComparer.Ordinal)).Audit;
    }
}
