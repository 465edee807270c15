namespace Kube1.Cel.Values;

/// <summary>A list whose elements are at hand. The array is the list's own from now on.</summary>
public sealed class CelArray(CelValue[] items, int count) : CelList
{
    // Elements appended by a comprehension share one growing array; only the list that ends where the array's use ends
    // may append in place, so each list stays what it was.
    private readonly Growth growth = new(items, count);

    private readonly int count = count;

    public CelArray(CelValue[] items)
        : this(items, items.Length)
    {
    }

    private CelArray(Growth growth, int count)
        : this([], count)
    {
        this.growth = growth;
    }

    public override int Count => count;

    public override CelValue this[int index] => growth.Items[index];

    internal static CelArray Joined(CelList left, CelList right) =>
        left is CelArray array ? array.With(right) : Copied(left, left.Count + right.Count).With(right);

    private static CelArray Copied(CelList list, int capacity)
    {
        var items = new CelValue[capacity];
        for (var i = 0; i < list.Count; i++)
        {
            items[i] = list[i];
        }

        return new CelArray(items, list.Count);
    }

    private CelArray With(CelList right)
    {
        lock (growth)
        {
            if (growth.Used != count)
            {
                return Copied(this, count + right.Count).With(right);
            }

            growth.Reserve(count + right.Count);
            for (var i = 0; i < right.Count; i++)
            {
                growth.Items[count + i] = right[i];
            }

            growth.Used = count + right.Count;
            return new CelArray(growth, growth.Used);
        }
    }

    private sealed class Growth(CelValue[] items, int used)
    {
        public CelValue[] Items { get; private set; } = items;

        public int Used { get; set; } = used;

        public void Reserve(int capacity)
        {
            if (Items.Length < capacity)
            {
                var items = Items;
                Array.Resize(ref items, Math.Max(capacity, 2 * items.Length));
                Items = items;
            }
        }
    }
}
