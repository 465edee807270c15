using Kube1.ApiServer.Admission;

namespace Kube1.Tests.Admission;

/// <summary>Remarks for the audit log: which keys are some, who is first, how much there may be.</summary>
public sealed class AuditAnnotationsTests
{
    [TestCase("validate.example.com/why", true)]
    [TestCase("why", false)]
    [TestCase("a/b/c", false)]
    [TestCase("example.com/", false)]
    [TestCase("Example.com/x", false)]
    public void TryAdd_Key_MustBeQualified(string key, bool added) =>
        Assert.That(new AuditAnnotations().TryAdd(key, "x"), Is.EqualTo(added));

    [Test]
    public void TryAdd_SameKeyTwice_KeepsTheFirst()
    {
        var annotations = new AuditAnnotations();

        Assert.That(annotations.TryAdd("a.example.com/k", "first"), Is.True);
        Assert.That(annotations.TryAdd("a.example.com/k", "first"), Is.True, "saying the same again is no conflict");
        Assert.That(annotations.TryAdd("a.example.com/k", "second"), Is.False);
        Assert.That(annotations.Snapshot()["a.example.com/k"], Is.EqualTo(new AuditAnnotation("first", ShowsBody: false)));
    }

    [Test]
    public void TryAdd_TooManyOrTooLong_AreLeftOut()
    {
        var many = new AuditAnnotations();
        for (var i = 0; i < AuditAnnotations.MaxCount; i++)
        {
            Assert.That(many.TryAdd($"example.com/k{i}", "x"), Is.True);
        }

        var large = new AuditAnnotations();

        Assert.That(many.TryAdd("example.com/more", "x"), Is.False);
        Assert.That(large.TryAdd("example.com/a", new string('x', AuditAnnotations.MaxTotalChars)), Is.True);
        Assert.That(large.TryAdd("example.com/b", "x"), Is.False);
    }
}
