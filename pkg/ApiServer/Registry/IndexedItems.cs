using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry;

/// <summary>A list's items with their paths, for foreach; none when there is no list.</summary>
internal readonly ref struct IndexedItems<T>(List<T>? items, FieldPath path)
{
    private readonly List<T>? _items = items;
    private readonly FieldPath _path = path;

    public Enumerator GetEnumerator() => new(_items, _path);

    public ref struct Enumerator(List<T>? items, FieldPath path)
    {
        private readonly List<T>? _items = items;
        private readonly FieldPath _path = path;
        private int _index = -1;

        public readonly (T Item, FieldPath Path) Current => (_items![_index], _path.Index(_index));

        public bool MoveNext() => ++_index < (_items?.Count ?? 0);
    }
}
