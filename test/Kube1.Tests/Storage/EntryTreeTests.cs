using Kube1.Storage;
using Kube1.Storage.Trees;

namespace Kube1.Tests.Storage;

public sealed class EntryTreeTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Edits_RandomSequence_AgreeWithSortedDictionary(int seed)
    {
        var random = new Random(seed);
        var model = new SortedDictionary<string, StoredEntry>(StringComparer.Ordinal);
        var tree = new EntryTree(null);
        for (int step = 0; step < 20_000; step++)
        {
            // Phases that grow and phases that shrink, so that splits and joins happen on every level.
            bool growing = step / 4_000 % 2 == 0;
            string key = RandomKey(random);
            if (random.Next(10) < (growing ? 8 : 2))
            {
                StoredEntry entry = Entry(key, step);
                tree = tree.With(entry);
                model[key] = entry;
            }
            else
            {
                string victim = model.Count > 0 && random.Next(4) > 0 ? Nearest(model, key) : key;
                tree = tree.Without(victim);
                model.Remove(victim);
            }
            if (step % 500 == 0)
            {
                AssertSame(tree, model, random);
            }
        }
        foreach (string key in model.Keys.ToArray())
        {
            tree = tree.Without(key);
            model.Remove(key);
            Assert.That(tree.Count, Is.EqualTo(model.Count));
        }
        Assert.That(tree.Root, Is.Null);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(24)]
    [TestCase(25)]
    [TestCase(5_000)]
    public void FromSorted_AnySize_HoldsEverythingAndTakesEdits(int count)
    {
        StoredEntry[] entries =
            [.. Enumerable.Range(0, count).Select(i => Entry($"k{i:D6}", i))];
        EntryTree tree = EntryTree.FromSorted(entries);

        Assert.That(new EntryRange(tree.Root, "", null), Is.EqualTo(entries));
        EntryTree edited = tree.With(Entry("k000000x", 1)).Without("k000000");
        Assert.That(edited.Count, Is.EqualTo(count == 0 ? 1 : count));
        Assert.That(tree.Count, Is.EqualTo(count), "the old tree stays as it was");
    }

    [Test]
    public void With_AscendingKeys_FillsLeaves()
    {
        var tree = new EntryTree(null);
        for (int i = 0; i < 1_000; i++)
        {
            tree = tree.With(Entry($"k{i:D6}", i));
        }

        Assert.That(Leaves(tree.Root!).Count(), Is.LessThan(40), "32 of a width of 32 when full");
    }

    [TestCase("", null)]
    [TestCase("a", "b")]
    [TestCase("a/", "a0")]
    [TestCase("a\uffff", "b")]
    [TestCase("\uffff", null)]
    public void PrefixEnd_Prefix_IsTheLeastStringBeyondIt(string prefix, string? expected) =>
        Assert.That(KeyOrder.PrefixEnd(prefix), Is.EqualTo(expected));

    private static void AssertSame(EntryTree tree, SortedDictionary<string, StoredEntry> model, Random random)
    {
        string prefix = RandomKey(random)[..random.Next(0, 4)];
        string? after = random.Next(2) == 0 ? null : RandomKey(random);
        StoredEntry[] expected =
        [
            .. model.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)
                && (after is null || string.CompareOrdinal(entry.Key, after) > 0)),
        ];
        string probe = RandomKey(random);
        Assert.Multiple(() =>
        {
            Assert.That(tree.Count, Is.EqualTo(model.Count));
            Assert.That(new EntryRange(tree.Root, prefix, after), Is.EqualTo(expected));
            Assert.That(tree.CountRange(prefix, after), Is.EqualTo(expected.Length));
            Assert.That(tree.Get(probe), Is.SameAs(model.GetValueOrDefault(probe)));
        });
    }

    private static IEnumerable<TreeLeaf> Leaves(TreeNode node) =>
        node is TreeBranch branch ? branch.Children.SelectMany(Leaves) : [(TreeLeaf)node];

    private static string Nearest(SortedDictionary<string, StoredEntry> model, string key) =>
        model.Keys.FirstOrDefault(candidate => string.CompareOrdinal(candidate, key) >= 0) ?? model.Keys.First();

    private static string RandomKey(Random random) => $"ns{random.Next(4)}/{random.Next(2_500):D5}";

    private static StoredEntry Entry(string key, long revision) => new(key, default, revision, revision, null);
}
