using System.Runtime.Versioning;
using Kube1.Cmd.Commands;
using Kube1.Kubelet.Runtime;

namespace Kube1.Tests.Cmd;

[Platform("Linux"), SupportedOSPlatform("linux")]
public sealed class ImageTableTests
{
    [TestCase(0, "0 B")]
    [TestCase(999, "999 B")]
    [TestCase(1000, "1 kB")]
    [TestCase(4_270_000, "4.3 MB")]
    [TestCase(99_949_000, "99.9 MB")]
    [TestCase(99_960_000, "100 MB")]
    [TestCase(999_700_000, "1 GB")]
    [TestCase(long.MaxValue, "9223372 TB")]
    public void Size_Bytes_HasThreeDigits(long bytes, string text) => Assert.That(ImageTable.Size(bytes), Is.EqualTo(text));

    [Test]
    public void Lines_TwoImages_AlignAndNameEachTag() => Assert.That(
        ImageTable.Lines(
        [
            new RuntimeImage { Id = "sha256:0123456789abcdef", RepoTags = ["b:1", "a-longer-name:2"], SizeBytes = 2_000_000, Pinned = true },
            new RuntimeImage { Id = "short", SizeBytes = 12 },
        ]),
        Is.EqualTo(new[]
        {
            "IMAGE             ID             SIZE   PINNED",
            "<none>            short          12 B   no",
            "a-longer-name:2   0123456789ab   2 MB   yes",
            "b:1               0123456789ab   2 MB   yes",
        }));
}
